from django.urls import path

from followups.views import absences, board, calendar, filing, level, lookback, pocket, slips, split, stack
from followups.views.go import go
from followups.views.level_team import level_team
from followups.views.new import new
from followups.views.now import now

app_name = "followups"

urlpatterns = [
    path("customers/new/", new, name="new"),
    path("go/", go, name="go"),
    path("cal/<str:token>.ics", calendar.feed, name="feed"),
    path("settings/calendar/", calendar.calendar, name="calendar"),
    path("settings/calendar/new/", calendar.renew, name="calendar_new"),
    path("settings/calendar/end/", calendar.end, name="calendar_end"),
    path("binder/", board.today, name="today"),
    path("worker.js", pocket.worker, name="worker"),
    path("binder/pocket/", pocket.pocket, name="pocket"),
    path("settings/slips/", slips.wishes, name="slip_wishes"),
    path("binder/slips/", slips.left, name="slips_left"),
    path("binder/now/", now, name="now"),
    path("binder/open/", board.binders, name="binders"),
    path("binder/level/", level_team, name="level_team"),
    path("binder/move/", filing.move, name="move"),
    path("binder/undo/", filing.undo, name="undo"),
    path("binder/resolve/<int:pk>/", filing.resolve, name="resolve"),
    path("binder/file/<int:pk>/", filing.file, name="file"),
    path("binder/skip/<int:pk>/", filing.skip, name="skip"),
    path("binder/slips/<int:pk>/forward/", filing.bring_forward, name="bring_forward"),
    path("binder/<int:who>/spread/", level.spread_left_behind, name="spread"),
    path("binder/back/", lookback.today, name="back_today"),
    path("binder/back/<str:period>/", lookback.team, name="team_back"),
    path("binder/<int:who>/back/<str:period>/", lookback.look_back, name="back"),
    path("binder/<int:who>/split/", split.split, name="split"),
    path("binder/split/<int:pk>/take-back/", split.unsplit, name="unsplit"),
    path("binder/absences/<int:pk>/", absences.meanwhile, name="meanwhile"),
    path("binder/absences/<int:pk>/seen/", absences.welcome, name="welcome"),
    path("binder/take-back/", level.take_back, name="take_back"),
    path("binder/<int:who>/<str:tab>/", board.day, name="day"),
    path("binder/<int:who>/<str:tab>/aim/", filing.aim, name="aim"),
    path("binder/<int:who>/<str:tab>/pdf/", stack.pdf, name="stack_pdf"),
    path("binder/<int:who>/<str:tab>/move-some/", level.move_some, name="move_some"),
    path("binder/<int:who>/<str:tab>/deal-out/", level.deal, name="deal"),
    path("binder/<int:who>/<str:tab>/<int:customer_id>/", board.dossier, name="dossier"),
]
