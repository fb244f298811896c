from django.urls import path

from segmentation.views import own
from segmentation.views.customers import customers
from segmentation.views.due import due
from segmentation.views.overview import overview
from segmentation.views.own_compare import own_compare, own_moved
from segmentation.views.undo import undo

app_name = "segmentation"

urlpatterns = [
    path("", overview, name="overview"),
    path("due/", due, name="due"),
    path("customers/", customers, name="customers"),
    path("undo/", undo, name="undo"),
    path("own/", own.own, name="own"),
    path("own/new/", own.new, name="own_new"),
    path("own/<int:pk>/", own.own_members, name="own_members"),
    path("own/<int:pk>/edit/", own.edit, name="own_edit"),
    path("own/<int:pk>/delete/", own.delete, name="own_delete"),
    path("own/<int:pk>/compare/", own_compare, name="own_compare"),
    path("own/<int:pk>/compare/<slug:who>/", own_moved, name="own_moved"),
]
