import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What every target has had so far is version 0; who drew it, and when, is as old as the target.
FIRST_VERSIONS = """
INSERT INTO photos_maskversion (target_id, version, mask_sha256, reason, created_by_id, created_at)
SELECT id, 0, mask_sha256, '', NULL, created_at FROM photos_targetobject
"""


class Migration(migrations.Migration):
    dependencies = [
        ("photos", "0002_flag_masks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="targetobject",
            name="mask_version",
            field=models.PositiveIntegerField(db_default=0, default=0, help_text="Which of its MaskVersions that is"),
        ),
        migrations.AlterField(
            model_name="targetobject",
            name="mask_sha256",
            field=models.CharField(help_text="Of the mask that counts now", max_length=64),
        ),
        migrations.CreateModel(
            name="MaskVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("mask_sha256", models.CharField(max_length=64)),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="Why it was corrected; nothing for version 0", max_length=500
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mask_versions",
                        to="photos.targetobject",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("target", "version"), name="mask_version_one_per_number")
                ],
            },
        ),
        migrations.RunSQL(FIRST_VERSIONS, migrations.RunSQL.noop),
    ]
