from django.urls import path

from crm.team.views.absences import absence, absences, end
from crm.team.views.help import method
from crm.team.views.join import join
from crm.team.views.members import add_member, close_login, invite, member, members, open_login
from crm.team.views.profile import profile, take_off, work_again
from crm.team.views.settings import team_settings
from crm.team.views.start import start

app_name = "team"
urlpatterns = [
    path("start/", start, name="start"),
    path("help/", method, name="help"),
    path("settings/", profile, name="profile"),
    path("settings/days-off/", take_off, name="take_off"),
    path("settings/days-off/back/", work_again, name="work_again"),
    path("settings/team/", team_settings, name="settings"),
    path("team/", members, name="members"),
    path("team/new/", add_member, name="member_new"),
    path("team/<int:pk>/", member, name="member"),
    path("team/<int:pk>/link/", invite, name="invite"),
    path("team/<int:pk>/close/", close_login, name="close_login"),
    path("team/<int:pk>/open/", open_login, name="open_login"),
    path("team/join/<str:uid>/<str:token>/", join, name="join"),
    path("team/absences/", absences, name="absences"),
    path("team/<int:who>/absences/", absences, name="absences_of"),
    path("team/absence/<int:pk>/", absence, name="absence"),
    path("team/absence/<int:pk>/end/", end, name="end_absence"),
]
