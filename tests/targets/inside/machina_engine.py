"""Run django-machina on SQLite, filled with what is read first on standard input: in .venv-targets-machina only.

Numbers of threads, posts and files are those that are asked for, so that who asked knows them.
"""

import base64
import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from serving import LOGGING, serve

#: What a visitor without an account may do.
_ALLOWED = ("can_see_forum", "can_read_forum", "can_download_file")
_APPS = (
    "auth contenttypes sessions messages",
    "forum forum_conversation forum_conversation.forum_attachments forum_conversation.forum_polls forum_feeds "
    "forum_moderation forum_search forum_tracking forum_member forum_permission",
)


def configure(folder: Path, prefix: str, page: dict[str, int]) -> None:
    """Set up Django and machina, as its documentation says."""
    from machina import MACHINA_MAIN_TEMPLATE_DIR

    django_apps = [f"django.contrib.{name}" for name in _APPS[0].split()]
    own = ["machina", *(f"machina.apps.{name}" for name in _APPS[1].split())]
    middleware = (
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "machina.apps.forum_permission.middleware.ForumPermissionMiddleware",
    )
    processors = (
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
        "machina.core.context_processors.metadata",
    )
    cache = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    settings.configure(
        SECRET_KEY="of a test",  # noqa: S106 - it guards nothing
        ALLOWED_HOSTS=["*"],
        INSTALLED_APPS=[*django_apps, "mptt", "haystack", "widget_tweaks", *own],
        MIDDLEWARE=list(middleware),
        ROOT_URLCONF="machina_urls",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [MACHINA_MAIN_TEMPLATE_DIR],
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": list(processors)},
            }
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "forum.db")}},
        CACHES={"default": cache, "machina_attachments": cache},
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        MIGRATION_MODULES=_NoMigrations(),
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        MEDIA_ROOT=str(folder / "media"),
        STATIC_URL="/static/",
        LOGIN_URL="/login/",
        LOGGING=LOGGING,
        USE_TZ=True,
        FORUM_PREFIX=prefix,
        MACHINA_TOPIC_POSTS_NUMBER_PER_PAGE=page["posts"],
        MACHINA_FORUM_TOPICS_NUMBER_PER_PAGE=page["threads"],
    )
    django.setup()


class _NoMigrations:
    """Says that no application has migrations: its tables are made as they are now, in a second instead of twenty."""

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> None:
        return None


def make_forum(section: str, number: int) -> Any:
    """Make the tables and one forum under a category, open to everybody."""
    from machina.apps.forum.models import Forum
    from machina.apps.forum_permission.models import ForumPermission, UserForumPermission

    call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)
    house = Forum.objects.create(name="House", type=Forum.FORUM_CAT)
    # Numbers go on from the highest: the forum's is one more.
    Forum.objects.filter(pk=house.pk).update(id=number - 1)
    house = Forum.objects.get(pk=number - 1)
    forum = Forum.objects.create(name=section, type=Forum.FORUM_POST, parent=house)
    for name in _ALLOWED:
        permission = ForumPermission.objects.get(codename=name)
        UserForumPermission.objects.create(permission=permission, anonymous_user=True, has_perm=True)
    return forum


def add(forum: Any, order: dict[str, Any]) -> int:
    """Add posts to threads, which are begun if they are not there; return how many posts.

    Args:
        forum: Where.
        order: ``threads``: their ``number``, ``title`` and ``posts``; ``files`` by number.
    """
    from django.db import transaction
    from django.utils.text import slugify
    from machina.apps.forum_conversation.models import Topic

    count = 0
    with transaction.atomic():
        for thread in order["threads"]:
            title, number = thread["title"], thread["number"]
            if not Topic.objects.filter(pk=number).exists():
                begun = Topic(pk=number, forum=forum, subject=title, slug=slugify(title), type=0, status=0)
                Topic.objects.bulk_create([begun])
            _add_posts(number, title, thread["posts"], order["files"])
            count += len(thread["posts"])
            Topic.objects.get(pk=number).update_trackers()
    return count


def _add_posts(thread: int, title: str, given: list[dict[str, Any]], files: dict[str, dict[str, str]]) -> None:
    from machina.apps.forum_conversation.forum_attachments.models import Attachment
    from machina.apps.forum_conversation.models import Post
    from machina.core.markdown import markdown

    posts = []
    for one in given:
        text = markdown_of(one)
        post = Post(pk=one["number"], topic_id=thread, subject=title, content=text, poster=member(one["author"]))
        # In bulk nothing is rendered before it is saved: this is what machina would do then.
        post._content_rendered = markdown(text, safe_mode=True, extras={"break-on-newline": True})
        posts.append(post)
    Post.objects.bulk_create(posts)
    for post, one in zip(posts, given, strict=True):
        post.created = dt.datetime.fromisoformat(one["at"])
    Post.objects.bulk_update(posts, ["created"])
    for one in given:
        for number in one["files"]:
            file = files[str(number)]
            content = ContentFile(base64.b64decode(file["body"]), name=file["name"])
            Attachment.objects.create(pk=number, post_id=one["number"], file=content)


def markdown_of(post: dict[str, Any]) -> str:
    """Write a post's words, what it quotes, and its links, in machina's markup."""
    quoted = f"> **member said:**\n> {post['quoted']}\n\n" if post["quoted"] else ""
    links = "".join(f"\n\n[there]({link})" for link in post["links"])
    return f"{quoted}{post['text']}{links}"


def member(number: int) -> Any:
    """Return a member, who is made if not there."""
    from django.contrib.auth.models import User
    from machina.apps.forum_member.models import ForumProfile

    user, _ = User.objects.get_or_create(pk=number, defaults={"username": f"member{number}"})
    ForumProfile.objects.get_or_create(user=user)
    return user


def remove_file(order: dict[str, Any]) -> None:
    """Remove an attachment, as its author does."""
    from machina.apps.forum_conversation.forum_attachments.models import Attachment

    Attachment.objects.get(pk=order["number"]).delete()


def main() -> None:
    """Read what to hold, and serve it."""
    told = json.loads(sys.stdin.readline())
    folder = Path(told["folder"])
    configure(folder, told["prefix"], told["page"])
    forum = make_forum(told["section"], told["node"])
    add(forum, told)
    orders = {"add": lambda order: add(forum, order), "remove_file": remove_file}
    application = get_wsgi_application()
    serve(application, orders, folder / "access.jsonl", told["robots"], {"forum": [forum.slug, forum.pk]})


if __name__ == "__main__":
    main()
