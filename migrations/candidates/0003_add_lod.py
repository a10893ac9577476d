from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("candidates", "0002_remember_mask"),
    ]

    operations = [
        migrations.AddField(
            model_name="candidate",
            name="lod_sha256",
            field=models.CharField(
                help_text="A coarse copy of the GLB; null where the GLB itself is small or older",
                max_length=64,
                null=True,
            ),
        ),
    ]
