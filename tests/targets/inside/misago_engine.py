"""Run Misago on PostgreSQL, filled with what is read first on standard input: in .venv-targets-misago only.

Numbers of threads, posts and files are those that are asked for, so that who asked knows them. Its robots.txt is its
own unless another is given.
"""

import base64
import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import Any

from serving import serve, tell


def configure(told: dict[str, Any]) -> None:
    """Set up Django and Misago."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="misago_settings",
        TARGET_FOLDER=told["folder"],
        TARGET_DATABASE=told["database"],
        TARGET_SOCKET=told["socket"],
    )
    import django

    django.setup()


def set_up(told: dict[str, Any]) -> Any:
    """Name its one category, and say how long pages are; return the category."""
    from misago.cache.versions import invalidate_all_caches
    from misago.categories.models import Category
    from misago.conf.models import Setting

    category = Category.objects.get(slug="first-category")
    category.set_name(told["section"])
    category.save()
    for name, value in (
        ("posts_per_page", told["page"]["posts"]),
        ("posts_per_page_orphans", 0),
        ("threads_per_page", told["page"]["threads"]),
    ):
        Setting.objects.change_setting(name, dry_value=str(value))
    from misago.threads.models import Thread

    Thread.objects.all().delete()  # the one that welcomes
    category.synchronize()
    category.save()
    invalidate_all_caches()
    return category


def add(category: Any, order: dict[str, Any]) -> int:
    """Add posts to threads, which are begun if they are not there; return how many posts."""
    from django.db import transaction
    from misago.threads.models import Thread

    count = 0
    with transaction.atomic():
        for given in order["threads"]:
            posts = given["posts"]
            thread = Thread.objects.filter(pk=given["number"]).first()
            if thread is None:
                at = dt.datetime.fromisoformat(posts[0]["at"])
                thread = Thread(pk=given["number"], category=category, started_on=at, last_post_on=at)
                thread.set_title(given["title"])
                thread.starter_name = thread.starter_slug = thread.last_poster_name = thread.last_poster_slug = "-"
                thread.save(force_insert=True)
            for one in posts:
                add_post(thread, one, order["files"])
            thread.synchronize()
            thread.save()
            count += len(posts)
        category.synchronize()
        category.save()
    return count


def add_post(thread: Any, given: dict[str, Any], files: dict[str, dict[str, str]]) -> None:
    """Add one post, as Misago's own posting does: marked up, with its sum, and what is attached in its cache."""
    from misago.markup import common_flavour
    from misago.threads.checksums import update_post_checksum
    from misago.threads.models import Post

    poster = member(given["author"])
    at = dt.datetime.fromisoformat(given["at"])
    text = markup_of(given)
    post = Post(
        pk=given["number"],
        category=thread.category,
        thread=thread,
        poster=poster,
        poster_name=poster.username,
        original=text,
        parsed=common_flavour(_Request(poster), poster, text)["parsed_text"],
        posted_on=at,
        updated_on=at,
    )
    update_post_checksum(post)
    post.save(force_insert=True)
    attach(post, poster, {number: files[str(number)] for number in given["files"]})


class _Request:
    """What the markup looks at: where the forum is, so that its own links can be told."""

    def __init__(self, user: Any) -> None:
        """Say who writes."""
        self.user = user

    def get_host(self) -> str:
        """Return a name that no link has."""
        return "own.example"


def attach(post: Any, poster: Any, files: dict[int, dict[str, str]]) -> None:
    """Attach files to a post."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from misago.threads.models import Attachment, AttachmentType
    from misago.threads.serializers import AttachmentSerializer

    made = []
    for number, file in files.items():
        body = base64.b64decode(file["body"])
        attachment = Attachment(
            pk=number,
            secret=Attachment.generate_new_secret(),
            filetype=AttachmentType.objects.get(extensions__contains=file["name"].rpartition(".")[2]),
            post=post,
            uploader=poster,
            uploader_name=poster.username,
            uploader_slug=poster.slug,
            filename=file["name"],
            size=len(body),
        )
        attachment.set_image(SimpleUploadedFile(file["name"], body, file["media_type"]))
        attachment.save(force_insert=True)
        made.append(attachment)
    if made:
        post.attachments_cache = AttachmentSerializer(made, many=True).data
        for one in post.attachments_cache:
            del one["acl"], one["post"]
        post.save(update_fields=["attachments_cache"])


def markup_of(post: dict[str, Any]) -> str:
    """Write a post's words, what it quotes, and its links, in Misago's markup."""
    quoted = f'[quote="member"]\n{post["quoted"]}\n[/quote]\n\n' if post["quoted"] else ""
    links = "".join(f"\n\n[there]({link})" for link in post["links"])
    return f"{quoted}{post['text']}{links}"


def member(number: int) -> Any:
    """Return a member, who is made if not there."""
    from misago.users.models import User
    from misago.users.test import create_test_user

    name = f"member{number}"
    found = User.objects.filter(slug=name).first()
    return found or create_test_user(name, f"{name}@forum.example")


def remove_file(order: dict[str, Any]) -> None:
    """Remove an attachment, as its author does."""
    from misago.threads.models import Attachment

    attachment = Attachment.objects.get(pk=order["number"])
    post = attachment.post
    kept = [one for one in post.attachments_cache or [] if one["id"] != attachment.pk]
    attachment.delete()
    post.attachments_cache = kept or None
    post.save(update_fields=["attachments_cache"])


def main() -> None:
    """Read what to hold, and serve it."""
    told = json.loads(sys.stdin.readline())
    configure(told)
    if told.get("only_migrate"):
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
        tell({"port": 0})
        return
    category = set_up(told)
    add(category, told)
    from django.core.wsgi import get_wsgi_application

    orders = {"add": lambda order: add(category, order), "remove_file": remove_file}
    log = Path(told["folder"]) / "access.jsonl"
    serve(get_wsgi_application(), orders, log, told["robots"], {"forum": [category.slug, category.pk]})


if __name__ == "__main__":
    main()
