from django.db import migrations, models

# Until now a mask never changed.
MASK_OF_TARGET = """
UPDATE candidates_candidate c SET mask_sha256 = t.mask_sha256 FROM photos_targetobject t WHERE t.id = c.target_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("candidates", "0001_create_candidates"),
        ("photos", "0003_version_masks"),
    ]

    operations = [
        migrations.AddField(
            model_name="candidate",
            name="mask_sha256",
            field=models.CharField(default="", help_text="Of the mask it was made for", max_length=64),
            preserve_default=False,
        ),
        migrations.RunSQL(MASK_OF_TARGET, migrations.RunSQL.noop),
    ]
