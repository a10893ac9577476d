from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("photos", "0003_version_masks")]

    operations = [
        migrations.AddIndex(
            model_name="targetobject",
            index=models.Index(condition=models.Q(("mask_version__gt", 0)), fields=["id"], name="target_corrected"),
        ),
    ]
