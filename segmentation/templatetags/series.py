"""The words of pages on reminder series."""

from django import template

from segmentation import series_words

register = template.Library()

for word in (series_words.whom, series_words.begins):
    register.filter(word)
