from django.urls import path

from segmentation.views.advice import advice
from segmentation.views.customers import customers
from segmentation.views.due import due
from segmentation.views.matrix import matrix
from segmentation.views.movers import mover_list, movers
from segmentation.views.overview import overview
from segmentation.views.relationship import relationship
from segmentation.views.rules import preview, rules
from segmentation.views.undo import undo

app_name = "segmentation"

urlpatterns = [
    path("", overview, name="overview"),
    path("due/", due, name="due"),
    path("customers/", customers, name="customers"),
    path("undo/", undo, name="undo"),
    path("matrix/", matrix, name="matrix"),
    path("movers/", movers, name="movers"),
    path("movers/customers/", mover_list, name="mover_list"),
    path("advice/", advice, name="advice"),
    path("rules/", rules, name="rules"),
    path("rules/preview/", preview, name="rules_preview"),
    path("customers/<int:pk>/relationship/", relationship, name="relationship"),
]
