from django.urls import path

from segmentation.views.customers import customers
from segmentation.views.due import due
from segmentation.views.overview import overview
from segmentation.views.undo import undo

app_name = "segmentation"

urlpatterns = [
    path("", overview, name="overview"),
    path("due/", due, name="due"),
    path("customers/", customers, name="customers"),
    path("undo/", undo, name="undo"),
]
