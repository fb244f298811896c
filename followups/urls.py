from django.urls import path

from followups.views import board, filing, level
from followups.views.new import new

app_name = "followups"

urlpatterns = [
    path("customers/new/", new, name="new"),
    path("binder/", board.today, name="today"),
    path("binder/open/", board.binders, name="binders"),
    path("binder/move/", filing.move, name="move"),
    path("binder/undo/", filing.undo, name="undo"),
    path("binder/resolve/<int:pk>/", filing.resolve, name="resolve"),
    path("binder/file/<int:pk>/", filing.file, name="file"),
    path("binder/slips/<int:pk>/forward/", filing.bring_forward, name="bring_forward"),
    path("binder/<int:who>/spread/", level.spread_left_behind, name="spread"),
    path("binder/take-back/", level.take_back, name="take_back"),
    path("binder/<int:who>/<str:tab>/", board.day, name="day"),
    path("binder/<int:who>/<str:tab>/move-some/", level.move_some, name="move_some"),
    path("binder/<int:who>/<str:tab>/deal-out/", level.deal, name="deal"),
    path("binder/<int:who>/<str:tab>/<int:customer_id>/", board.dossier, name="dossier"),
]
