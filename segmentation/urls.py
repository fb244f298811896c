from django.urls import path

from segmentation.views import own, series, series_edit, series_people, series_report, series_switch
from segmentation.views.advice import advice
from segmentation.views.basis import undo_basis
from segmentation.views.customers import customers
from segmentation.views.due import due
from segmentation.views.expectations import expectations
from segmentation.views.interval import interval
from segmentation.views.matrix import matrix
from segmentation.views.movers import mover_list, movers
from segmentation.views.overview import overview
from segmentation.views.own_compare import own_compare, own_moved
from segmentation.views.relationship import relationship
from segmentation.views.rules import preview, rules
from segmentation.views.undo import undo

app_name = "segmentation"

urlpatterns = [
    path("", overview, name="overview"),
    path("due/", due, name="due"),
    path("customers/", customers, name="customers"),
    path("undo/", undo, name="undo"),
    path("undo-basis/", undo_basis, name="undo_basis"),
    path("own/", own.own, name="own"),
    path("own/new/", own.new, name="own_new"),
    path("own/<int:pk>/", own.own_members, name="own_members"),
    path("own/<int:pk>/edit/", own.edit, name="own_edit"),
    path("own/<int:pk>/delete/", own.delete, name="own_delete"),
    path("own/<int:pk>/compare/", own_compare, name="own_compare"),
    path("own/<int:pk>/compare/<slug:who>/", own_moved, name="own_moved"),
    path("interval/", interval, name="interval"),
    path("expectations/", expectations, name="expectations"),
    path("matrix/", matrix, name="matrix"),
    path("movers/", movers, name="movers"),
    path("movers/customers/", mover_list, name="mover_list"),
    path("advice/", advice, name="advice"),
    path("rules/", rules, name="rules"),
    path("rules/preview/", preview, name="rules_preview"),
    path("reminders/", series.series_all, name="series_all"),
    path("reminders/new/", series_edit.new, name="series_new"),
    path("reminders/<int:pk>/", series.series, name="series"),
    path("reminders/<int:pk>/edit/", series_edit.edit, name="series_edit"),
    path("reminders/<int:pk>/start/", series_switch.start, name="series_start"),
    path("reminders/<int:pk>/stop/", series_switch.stop, name="series_stop"),
    path("reminders/<int:pk>/progress/", series.progress, name="series_progress"),
    path("reminders/<int:pk>/customers/", series_people.people, name="series_people"),
    path("reminders/<int:pk>/report/", series_report.report, name="series_report"),
    path("reminders/letter/<int:pk>/", series_people.letter, name="reminder_letter"),
    path("reminders/letter/<int:pk>/body/", series_people.letter_body, name="reminder_letter_body"),
    path("reminders/letter/<int:pk>/take-out/", series_people.take_out, name="reminder_take_out"),
    path("reminders/letter/<int:pk>/put-back/", series_people.put_back, name="reminder_put_back"),
    path("customers/<int:pk>/relationship/", relationship, name="relationship"),
]
