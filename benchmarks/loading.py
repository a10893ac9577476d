"""Fills a bench database by set, not by row: targets, candidates, slots, people with tokens."""

import psycopg

CANDIDATES = 8

_PEOPLE = """
INSERT INTO accounts_person (username, password, first_name, last_name, email, is_staff, is_active, is_superuser,
    date_joined, display_name, roles, is_simulated)
SELECT 'bench-' || i, '!', '', '', '', false, true, false, now(), '', '{annotator}', false
FROM generate_series(1, %(n)s) i
"""
_TOKENS = """
INSERT INTO authtoken_token (key, created, user_id)
SELECT md5('a' || id) || left(md5('b' || id), 8), now(), id FROM accounts_person
"""
_PHOTOS = """
INSERT INTO photos_photo (photo_sha256, name, width, height, size_bytes, content_type, credit, is_simulated, created_at)
SELECT repeat(md5(i::text), 2), 'bench', 1024, 768, 1000, 'image/jpeg', '', false, now()
FROM generate_series(1, %(n)s) i
"""
_TARGETS = """
INSERT INTO photos_targetobject (photo_id, mask_sha256, name, bbox_x, bbox_y, bbox_width, bbox_height, area_fraction,
    split, is_simulated, created_at)
SELECT id, photo_sha256, '', 1, 1, 10, 10, 0.1, 'train', false, now() FROM photos_photo ORDER BY id
"""
_REQUESTS = """
INSERT INTO candidates_generationrequest (target_id, generator, batch, n, seed, steps, guidance, state, attempts,
    failure_reason, created_at, finished_at)
SELECT id, 'network', 0, %(candidates)s, 1, 1, 0, 'done', 1, '', now(), now() FROM photos_targetobject ORDER BY id
"""
_CANDIDATES = """
INSERT INTO candidates_candidate (id, request_id, target_id, ordinal, generator, seed, steps, guidance, glb_sha256,
    preview_sha256, mask_sha256, seconds, created_at)
SELECT md5(r.target_id || ':' || k)::uuid, r.id, r.target_id, k, 'network', k, 1, 0, repeat(md5(k::text), 2),
    repeat(md5(k::text), 2), t.mask_sha256, 0.1, now()
FROM candidates_generationrequest r JOIN photos_targetobject t ON t.id = r.target_id,
    generate_series(1, %(candidates)s) k
"""
_SLOTS = """
INSERT INTO annotation_assignment (target_id, slot, state, priority, candidate_ids, created_at)
SELECT id, slot, 'open', 0,
    (SELECT array_agg(md5(id || ':' || k)::uuid) FROM generate_series(1, %(candidates)s) k), now()
FROM (SELECT id FROM photos_targetobject ORDER BY id LIMIT %(n)s) t, generate_series(0, %(overlap)s - 1) slot
ORDER BY id, slot
"""
_ANNOTATION_TABLES = (
    "annotation_rejection, annotation_comparison, annotation_choice, annotation_assignmentdraft, annotation_assignment"
)


def load_people(connection: psycopg.Connection, *, n: int) -> list[tuple[int, str]]:
    """Create annotators and return their ids and tokens."""
    connection.execute(_PEOPLE, {"n": n})
    connection.execute(_TOKENS)
    return connection.execute("SELECT user_id, key FROM authtoken_token ORDER BY user_id").fetchall()


def load_targets(connection: psycopg.Connection, *, n: int, with_candidates: bool) -> None:
    """Create targets, with their requests and candidates if they will be answered and not only claimed."""
    with connection.transaction():
        # Rows made by one expression from each other need no proof of their foreign keys, row by row.
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(_PHOTOS, {"n": n})
        connection.execute(_TARGETS)
        if with_candidates:
            connection.execute(_REQUESTS, {"candidates": CANDIDATES})
            connection.execute(_CANDIDATES, {"candidates": CANDIDATES})


def load_slots(connection: psycopg.Connection, *, n: int, overlap: int) -> None:
    """Replace everything about annotation by open slots of the first ``n`` targets, then settle the tables."""
    connection.execute(f"TRUNCATE {_ANNOTATION_TABLES} RESTART IDENTITY CASCADE")
    connection.execute("UPDATE annotation_campaign SET overlap = %s", [overlap])
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(_SLOTS, {"n": n, "overlap": overlap, "candidates": CANDIDATES})
    connection.execute("VACUUM (ANALYZE)")
    connection.execute("CHECKPOINT")
