"""Where machina's pages are: below a prefix, or at the root."""

from django.conf import settings
from django.urls import include, path
from machina import urls

urlpatterns = [path(settings.FORUM_PREFIX, include(urls))]
