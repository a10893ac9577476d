import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("candidates", "0003_add_lod"),
        ("photos", "0005_add_pointmaps"),
    ]

    operations = [
        migrations.AddField(
            model_name="candidate",
            name="pointmap",
            field=models.ForeignKey(
                db_index=False,
                help_text="The one that its maker was given, if the photo had one then",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="photos.pointmapversion",
            ),
        ),
    ]
