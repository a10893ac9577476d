import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotation", "0005_add_alignment"),
        ("photos", "0005_add_pointmaps"),
    ]

    operations = [
        migrations.AddField(
            model_name="alignment",
            name="pointmap",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="photos.pointmapversion",
            ),
        ),
        migrations.AddField(
            model_name="alignment",
            name="server_residual",
            field=models.FloatField(
                help_text="Median distance in metres along z between the surface at pose and the pointmap", null=True
            ),
        ),
    ]
