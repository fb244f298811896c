from django.urls import path

from segmentation.views.customers import customers
from segmentation.views.undo import undo

app_name = "segmentation"

urlpatterns = [
    path("customers/", customers, name="customers"),
    path("undo/", undo, name="undo"),
]
