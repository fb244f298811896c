"""Addresses of ratings."""

from django.urls import path

from feedback.views import rating, recommendation
from feedback.views.sheet import sheet
from feedback.views.signature import signature, signature_body
from feedback.views.to_put_right import to_put_right

urlpatterns = [
    path("ratings/open/", to_put_right, name="to_put_right"),
    path("ratings/signature/", signature, name="signature"),
    path("ratings/signature/body/", signature_body, name="signature_body"),
    path("ratings/recommended/<int:pk>/", recommendation.recommendation, name="recommendation"),
    path("ratings/recommended/<int:pk>/count/<int:word>/", recommendation.count, name="recommendation_count"),
    path(
        "ratings/recommended/<int:pk>/undo/<int:decision>/", recommendation.undo, name="recommendation_undo"
    ),
    path("ratings/<int:pk>/", rating.rating, name="rating"),
    path("ratings/<int:pk>/again/", rating.again, name="rating_again"),
    path("ratings/<int:pk>/thanks/", rating.thanks, name="rating_thanks"),
    path("ratings/<int:pk>/aside/", rating.aside, name="rating_aside"),
    path("ratings/<int:pk>/count/<int:word>/", rating.count, name="rating_count"),
    path("ratings/<int:pk>/undo/<int:decision>/", rating.undo, name="rating_undo"),
    path("tickets/<int:pk>/sheet/", sheet, name="sheet"),
]
