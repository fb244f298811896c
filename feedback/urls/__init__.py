from feedback.urls import public, ratings, reports, tickets

app_name = "feedback"

urlpatterns = [
    *public.urlpatterns,
    *tickets.urlpatterns,
    *ratings.urlpatterns,
    *reports.urlpatterns,
]
