from django.urls import path

from segmentation.views.expectations import expectations
from segmentation.views.interval import interval

app_name = "segmentation"

urlpatterns = [
    path("interval/", interval, name="interval"),
    path("expectations/", expectations, name="expectations"),
]
