"""Which source files have no test of their own name, and where they are tested: ``test_shape`` compares."""

from __future__ import annotations

from typing import Final

#: Files of the sources without a test of their own name: which tests show what they do.
TESTED_ELSEWHERE: Final = {
    "tests/app/test_alert_sending.py": "app/alert_doors.py",
    "tests/app/test_stopping.py": "app/frozen_marks.py",
    "tests/app/test_referrals.py": "model/referral.py",
    "tests/privacy/test_excerpts.py": "privacy/excerpt_words.py",
    "tests/cli/test_alert.py": "app/alert_listing.py cli/alert_lines.py model/alert.py",
    "tests/app/test_evidence_*.py": "app/evidence_desk.py app/evidence_places.py app/evidence_certificates.py "
    "app/evidence_stamping.py app/evidence_recipients.py app/evidence_holding.py app/evidence_listing.py "
    "app/evidence_checking.py app/evidence_jobs.py",
    "tests/cli/test_evidence.py": "cli/case.py cli/evidence_lines.py cli/evidence_opening.py cli/evidence_erasing.py "
    "cli/evidence_renewing.py cli/evidence_recipient.py cli/evidence_verifying.py",
    "tests/store/test_evidence.py": "store/models/evidence.py model/evidence.py store/migrations/0010_evidence.py",
    "tests/privacy/test_retention.py, evidence": "privacy/evidence_texts.py",
    "tests/collect/test_naming.py": "collect/naming_words.py privacy/given_names.py",
    "tests/app/test_watch*.py, whole visits": "app/watch_concluding.py app/watch_events.py app/wiring_watch.py",
    "tests/cli/test_watch.py": "cli/drawn_line.py cli/watch_lines.py cli/watch_progress.py",
    "tests/app/test_plans.py": "model/plan.py",
    "tests/cli/test_source.py": "cli/source_lines.py cli/sighting.py cli/plan.py cli/plan_lines.py",
    "tests/collect/test_recognising.py": "model/collected.py collect/document.py "
    "collect/interface.py collect/limits.py collect/references.py collect/referring.py "
    "collect/engines/discourse.py collect/engines/feed.py collect/engines/file_host.py collect/engines/generic.py "
    "collect/engines/json_values.py collect/engines/listing.py collect/engines/machina.py "
    "collect/engines/misago.py collect/engines/misago_page.py collect/engines/paste.py collect/engines/phpbb.py "
    "collect/engines/sitemap.py "
    "collect/engines/xenforo.py collect/engines/mastodon.py collect/engines/bluesky.py collect/engines/telegram.py "
    "collect/engines/searxng.py collect/engines/brave.py collect/engines/search_results.py "
    "collect/examples/channels.py collect/examples/search.py collect/examples/discourse.py collect/examples/feed.py "
    "collect/examples/files.py "
    "collect/examples/generic.py collect/examples/machina.py collect/examples/misago.py collect/examples/phpbb.py "
    "collect/examples/sitemap.py collect/examples/xenforo.py",
    "tests/store/test_frontier.py": "store/models/watched.py store/migrations/0011_watch.py "
    "store/migrations/0012_pages_first.py store/migrations/0013_visits.py store/frontier_words.py "
    "model/frontier.py model/referral.py model/source.py",
    "tests/store/test_sightings.py": "model/sighting.py store/models/seen.py store/leads.py store/matches.py",
    "tests/privacy/test_retention.py, watch": "privacy/watch_texts.py",
    "tests/app/test_tracing.py": "app/candidates.py app/wiring_copies.py model/recipient.py",
    "tests/app/test_leak_sets.py": "app/leaks.py app/scoring.py",
    "tests/app/test_marking.py": "app/marked_assets.py app/mark_versions.py mark/packing.py",
    "tests/cli/test_copies.py": "cli/recipient.py cli/mark.py cli/trace.py cli/trace_lines.py cli/decoy.py "
    "cli/commands.py",
    "tests/store/test_recipients.py": "store/models/copies.py store/models/provenance.py",
    "tests/net/test_timestamp_reading.py": "model/strict_der.py",
    "every command": "__main__.py settings.py setting_kinds.py model/ids.py model/outcome.py model/match.py "
    "model/fingerprint.py",
    "tests/cli/": "cli/scan.py cli/fingerprint.py cli/config.py cli/doctor.py cli/records.py cli/skipped.py "
    "cli/scan_lines.py cli/interrupts.py cli/remarks.py cli/printing.py cli/progress.py cli/following.py app/doctor.py "
    "app/fingerprint.py app/wiring.py",
    "tests/app/test_scan.py": "app/gating.py",
    "tests/journeys/": "cli/opening.py cli/init.py cli/sheet.py cli/owner.py cli/asset.py cli/asset_add.py "
    "cli/asset_lines.py cli/consent.py cli/ground.py cli/user.py cli/key.py cli/backup.py cli/restore.py cli/db.py "
    "cli/job.py cli/job_lines.py cli/privacy.py app/jobs.py app/privacy.py app/recovery.py app/upgrading.py",
    "tests/cli/test_options.py": "cli/right_options.py",
    "tests/cli/test_net_authorise.py": "cli/net_records.py",
    "tests/cli/test_net_facts.py": "cli/fact_lines.py app/fact_records.py",
    "tests/cli/test_bank.py": "cli/bank_lines.py",
    "tests/store/test_imported.py": "store/exchange_counts.py store/models/exchange.py "
    "store/migrations/0003_exchange.py",
    "tests/cli/test_others.py": "store/drivers.py",
    "tests/app/test_workspace_scan.py": "app/listing.py app/rights.py model/finding.py app/workspace_bank.py",
    "tests/app/test_registering.py": "app/detailed.py app/vault.py model/asset.py register/consent_texts.py",
    "tests/app/test_withdrawing.py": "app/handlers.py",
    "tests/app/test_backup.py": "app/restore.py keys/backup_stream.py",
    "tests/app/test_worker.py": "model/work.py",
    "tests/net/test_mail.py": "model/mail.py",
    "tests/net/test_tsa.py": "model/timestamp.py",
    "tests/evidence/test_building.py": "evidence/drafts.py evidence/package_files.py evidence/private_facts.py",
    "tests/evidence/test_verify_sh.py": "evidence/package_texts.py",
    "tests/evidence/test_zip_reading.py": "evidence/zip_form.py",
    "tests/evidence/test_verifying.py": "evidence/gathering.py evidence/manifests.py evidence/package_reading.py "
    "evidence/trusted_keys.py evidence/verdicts.py evidence/verifying_contents.py evidence/verifying_files.py "
    "evidence/verifying_signers.py",
    "tests/evidence/test_tokens.py": "evidence/local_authority.py",
    "tests/store/": "store/apps.py store/interface.py store/settings.py store/setup.py store/batches.py "
    "store/models/fields.py store/models/findings.py store/models/people.py store/models/registered.py "
    "store/models/work.py store/migrations/0001_initial.py store/migrations/0002_findings.py "
    "store/migrations/0004_placement.py store/models/hosts.py store/migrations/0005_hosts.py "
    "store/migrations/0006_copies.py store/migrations/0007_trace_leaks.py store/migrations/0008_manifests.py",
    "tests/keys/test_keyring.py": "keys/interface.py",
    "tests/store/test_log.py": "store/models/log.py store/never_changed.py store/migrations/0009_log.py "
    "store/migrations/0010_evidence.py",
    "tests/app/test_transparency_log.py": "app/log_memory.py app/log_nodes.py app/log_entries.py model/log.py",
    "tests/app/test_witness_asking.py": "app/witness_routes.py app/witness_serving.py app/witness_states.py "
    "net/vouching.py",
    "tests/evidence/test_log_proof.py": "evidence/cosigning.py evidence/proof_lines.py",
    "tests/cli/test_log.py": "cli/log_checking.py cli/log_witness.py app/log_files.py",
    "tests/net/test_request.py": "net/interface.py",
    "tests/app/test_report.py": "app/report_texts.py",
    "tests/app/test_matching_words.py": "app/matching_texts.py",
    "tests/cli/test_match.py": "cli/match_lines.py",
    "tests/model/test_gate.py": "model/gate_rules.py",
    "tests/attribute/test_tracing.py": "model/attribution.py",
    "tests/attribute/test_video_reading.py": "attribute/video_finding.py attribute/video_points.py",
    "tests/detect/test_ensemble.py": "detect/interface.py",
    "tests/detect/test_record.py": "detect/versions.py",
    "tests/detect/test_index.py": "detect/index_parts.py",
    "tests/detect/test_index_file.py": "detect/index_layout.py kernels/row_checks.py",
    "tests/kernels/test_multi_index.py": "kernels/band_plan.py kernels/band_tables.py kernels/band_search.py "
    "kernels/band_probe.py kernels/row_scan.py kernels/code_rows.py",
    "tests/detect/test_learned.py": "detect/descriptor.py",
    "tests/kernels/test_local_features.py": "kernels/variants.py",
    "tests/app/archives/": "app/archives/entries.py app/archives/limits.py app/archives/tar_headers.py "
    "app/archives/header_fields.py",
    "tests/mark/test_video_task.py": "hazmat/video_samples.py",
    "tests/cli/test_video_copies.py": "app/registering_videos.py app/wiring_videos.py attribute/video_task.py",
    "tests/hazmat/": "hazmat/formats.py hazmat/interface.py hazmat/process.py hazmat/linux_landlock.py "
    "hazmat/linux_namespaces.py hazmat/linux_process.py hazmat/linux_seccomp.py",
    "tests/cli/test_net.py": "app/net_check.py app/outside.py",
    "tests/cli/test_net_relay.py": "app/relaying.py",
    "tests/net/test_relay.py": "net/relay_attempt.py net/relay_socket.py net/relay_traffic.py model/egress.py",
    "tests/mark/test_ownership.py": "model/ownership.py kernels/ownership_embedding.py",
    "tests/app/test_signing_pictures.py": "app/ownership.py app/manifests.py app/wiring_provenance.py "
    "app/wiring_marks.py app/finding_provenance.py",
    "tests/cli/test_sign.py": "cli/own.py cli/provenance.py cli/ownership_records.py cli/skips.py",
    "tests/provenance/": "provenance/library.py model/provenance.py",
    "tests/privacy/": "privacy/log_texts.py privacy/copies_texts.py privacy/outside_texts.py privacy/patterns.py "
    "privacy/interface.py privacy/retention_texts.py "
    "privacy/article30_texts.py privacy/exchange_texts.py privacy/article30_labels_texts.py model/retention.py",
}
