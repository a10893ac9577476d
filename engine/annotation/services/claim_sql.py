"""The SQL that hands out tasks, one statement each. Its cost does not depend on the length of any queue.

Sources of CLAIM, each looked at only if the ones before it gave nothing:
  mine     what this person holds already (a reloaded page, a lost answer), even past its time if nobody took it
  drafted  where this person was interrupted
  expired  what somebody else let run out: no sweep is needed, the claim itself judges it
  fresh    the head of the queues of the campaigns that she may work in
In place of a fresh one, as often as its campaign says, EXTRA gives
  gold     a target with a pair whose better one is known, made into a slot of hers on the spot
  again    one that she answered at least so many answers ago
A practice campaign has gold alone, a set number of tasks for each person.
"""

# What a person has answered or skipped is asked by subqueries that cannot become joins: a join may read her whole
# history.
_NEW_TO_HER = """(
            SELECT 1 FROM annotation_assignment b
            WHERE b.annotator_id = %(me)s AND b.target_id = {target} AND b.state IN ('held', 'submitted') LIMIT 1
        ) IS NULL AND (
            SELECT 1 FROM annotation_skip s
            WHERE s.annotator_id = %(me)s AND s.target_id = {target} LIMIT 1
        ) IS NULL"""
_NOT_FLAGGED = "NOT (SELECT t.is_mask_flagged FROM photos_targetobject t WHERE t.id = {target})"

_SHOWN = """a.id, a.lease_token, a.lease_expires_at, now(), t.id, p.id, p.width, p.height, a.candidate_ids,
    t.mask_version,
    c.id, c.name, c.instructions, c.is_practice,
    (SELECT d.body FROM annotation_assignmentdraft d WHERE d.assignment_id = a.id AND d.annotator_id = %(me)s),
    ARRAY(SELECT k.id FROM candidates_candidate k WHERE k.id = ANY(a.candidate_ids) AND k.lod_sha256 IS NOT NULL),
    (SELECT jsonb_object_agg(k.id, k.pose) FROM candidates_candidate k
        WHERE k.id = ANY(a.candidate_ids) AND k.pose IS NOT NULL)"""

# SKIP LOCKED keeps claimers from waiting for each other, and from getting the same row.
# heads looks at the first slot of each queue without taking it, so that the queues are tried in the right order; then
# fresh takes rows from one queue after the other and stops at the first that it gets.
CLAIM = f"""
WITH mine AS (
    SELECT id FROM annotation_assignment
    WHERE annotator_id = %(me)s AND state = 'held' AND NOT id = ANY(%(exclude)s)
        AND (%(campaign_id)s::bigint IS NULL OR campaign_id = %(campaign_id)s)
    ORDER BY leased_at, id LIMIT 1
    FOR UPDATE
), idle AS (
    SELECT 1 WHERE NOT EXISTS (SELECT FROM mine)
    AND (SELECT count(*) FROM annotation_assignment WHERE annotator_id = %(me)s AND state = 'held') < %(max_held)s
    AND NOT EXISTS (SELECT FROM annotation_annotatorpause WHERE annotator_id = %(me)s)
), offered AS (
    SELECT c.id, c.overlap, c.priority FROM annotation_campaign c
    WHERE EXISTS (SELECT FROM idle) AND NOT c.is_paused
        AND NOT c.is_practice AND (%(campaign_id)s::bigint IS NULL OR c.id = %(campaign_id)s)
        AND c.skills <@ (SELECT p.skills FROM accounts_person p WHERE p.id = %(me)s)
), drafted AS (
    SELECT a.id FROM annotation_assignmentdraft d
    JOIN annotation_assignment a ON a.id = d.assignment_id JOIN offered o ON o.id = a.campaign_id
    WHERE d.annotator_id = %(me)s AND a.kind = 'choice' AND a.slot < o.overlap
        AND (a.state = 'open' OR a.state = 'held' AND a.lease_expires_at < now())
        AND {_NOT_FLAGGED.format(target="a.target_id")}
        AND {_NEW_TO_HER.format(target="a.target_id")}
    ORDER BY d.updated_at DESC LIMIT 1
    FOR UPDATE OF a SKIP LOCKED
), expired AS (
    SELECT a.id FROM annotation_assignment a JOIN offered o ON o.id = a.campaign_id
    WHERE NOT EXISTS (SELECT FROM drafted) AND a.kind = 'choice' AND a.slot < o.overlap
        AND a.state = 'held' AND a.lease_expires_at < now()
        AND {_NOT_FLAGGED.format(target="a.target_id")}
        AND {_NEW_TO_HER.format(target="a.target_id")}
    ORDER BY a.lease_expires_at LIMIT 1
    FOR UPDATE OF a SKIP LOCKED
), heads AS (
    SELECT o.id, o.overlap FROM offered o CROSS JOIN LATERAL (
        SELECT a.priority, a.id FROM annotation_assignment a
        WHERE a.campaign_id = o.id AND a.state = 'open' AND a.slot < o.overlap
        ORDER BY a.priority DESC, a.slot, a.id LIMIT 1
    ) head
    WHERE NOT EXISTS (SELECT FROM drafted) AND NOT EXISTS (SELECT FROM expired)
    ORDER BY o.priority DESC, head.priority DESC, head.id
), fresh AS (
    SELECT taken.id FROM heads CROSS JOIN LATERAL (
        SELECT a.id FROM annotation_assignment a
        WHERE a.campaign_id = heads.id AND a.state = 'open' AND a.slot < heads.overlap
            AND {_NEW_TO_HER.format(target="a.target_id")}
        ORDER BY a.priority DESC, a.slot, a.id LIMIT 1
        FOR UPDATE OF a SKIP LOCKED
    ) taken LIMIT 1
), picked AS (
    SELECT id FROM mine UNION ALL SELECT id FROM drafted UNION ALL SELECT id FROM expired UNION ALL SELECT id FROM fresh
)
UPDATE annotation_assignment a
SET state = 'held',
    annotator_id = %(me)s,
    lease_token = CASE WHEN a.id IN (SELECT id FROM mine) THEN a.lease_token ELSE gen_random_uuid() END,
    leased_at = CASE WHEN a.id IN (SELECT id FROM mine) THEN a.leased_at ELSE now() END,
    lease_expires_at = now() + make_interval(secs => %(lease_seconds)s)
FROM picked, photos_targetobject t, photos_photo p, annotation_campaign c
WHERE a.id = picked.id AND t.id = a.target_id AND p.id = t.photo_id AND c.id = a.campaign_id
RETURNING {_SHOWN}, a.id IN (SELECT id FROM fresh), c.gold_rate, c.repeat_rate
"""  # noqa: S608  # put together from the constants above

# is_gold chooses between the two; fresh_id is the slot that goes back to its place in the queue if there is an extra,
# or null in practice, which has no queue.
EXTRA = f"""
WITH asked AS (
    SELECT c.id, c.is_practice FROM annotation_campaign c
    WHERE c.id = %(campaign_id)s AND NOT c.is_paused
        AND c.skills <@ (SELECT p.skills FROM accounts_person p WHERE p.id = %(me)s)
        AND NOT EXISTS (SELECT FROM annotation_annotatorpause WHERE annotator_id = %(me)s)
        AND (%(fresh_id)s::bigint IS NOT NULL OR c.is_practice AND (
            SELECT count(*) FROM annotation_assignment a WHERE a.annotator_id = %(me)s AND a.state = 'held'
        ) < %(max_held)s AND (
            SELECT count(*) FROM annotation_assignment a
            WHERE a.annotator_id = %(me)s AND a.campaign_id = c.id AND a.kind = 'gold'
                AND a.state IN ('held', 'submitted')
        ) < %(practice_tasks)s)
), gold AS (
    SELECT 'gold' AS kind, asked.id AS campaign_id, pair.target_id, (
        -- The pair comes first, or others would beat both of them before they meet.
        SELECT array_agg(k.id ORDER BY (k.id IN (pair.better_id, pair.worse_id)) DESC, random())
        FROM candidates_candidate k JOIN photos_targetobject t ON t.id = k.target_id
        WHERE k.target_id = pair.target_id AND k.mask_sha256 = t.mask_sha256
    ) AS candidate_ids
    FROM asked CROSS JOIN LATERAL (
        SELECT g.target_id, g.better_id, g.worse_id FROM annotation_goldpair g
        LEFT JOIN annotation_campaigntarget m ON m.target_id = g.target_id
        LEFT JOIN annotation_campaign home ON home.id = m.campaign_id
        WHERE g.is_active AND %(is_gold)s
            -- Of another mask, the better one need not be better.
            AND (
                SELECT bool_and(k.mask_sha256 = t.mask_sha256)
                FROM candidates_candidate k JOIN photos_targetobject t ON t.id = k.target_id
                WHERE k.id IN (g.better_id, g.worse_id)
            )
            AND CASE WHEN asked.is_practice THEN m.campaign_id = asked.id ELSE home.is_practice IS NOT true END
            AND {_NOT_FLAGGED.format(target="g.target_id")}
            AND {_NEW_TO_HER.format(target="g.target_id")}
        ORDER BY (coalesce(m.campaign_id, 1) = asked.id) DESC, md5(g.id || ':' || %(me)s) LIMIT 1
    ) pair
), again AS (
    SELECT 'repeat' AS kind, asked.id AS campaign_id, earlier.target_id, (
        SELECT array_agg(shown.id ORDER BY random()) FROM unnest(earlier.shown_ids) AS shown (id)
    ) AS candidate_ids
    FROM asked CROSS JOIN LATERAL (
        SELECT old.target_id, old.shown_ids FROM (
            SELECT c.target_id, c.shown_ids, c.assignment_id FROM annotation_choice c
            WHERE c.annotator_id = %(me)s AND c.kind = 'choice' AND c.revision = 0
            ORDER BY c.created_at DESC OFFSET %(repeat_distance)s - 1 LIMIT %(repeat_pool)s
        ) old JOIN annotation_assignment a ON a.id = old.assignment_id
        WHERE NOT %(is_gold)s AND a.campaign_id = asked.id AND NOT EXISTS (
                SELECT FROM annotation_assignment b
                WHERE b.annotator_id = %(me)s AND b.target_id = old.target_id AND b.kind = 'repeat'
                    AND b.state IN ('held', 'submitted')
            ) AND NOT EXISTS (
                SELECT FROM annotation_skip s WHERE s.annotator_id = %(me)s AND s.target_id = old.target_id
            ) AND NOT EXISTS (
                -- With another mask it would be another question.
                SELECT FROM candidates_candidate k JOIN photos_targetobject t ON t.id = k.target_id
                WHERE k.id = ANY(old.shown_ids) AND k.mask_sha256 <> t.mask_sha256
            )
        ORDER BY random() LIMIT 1
    ) earlier
), made AS (
    INSERT INTO annotation_assignment (
        target_id, campaign_id, kind, slot, state, priority, annotator_id, lease_token, leased_at, lease_expires_at,
        candidate_ids, created_at
    )
    SELECT target_id, campaign_id, kind, 0, 'held', 0, %(me)s, gen_random_uuid(), now(),
        now() + make_interval(secs => %(lease_seconds)s), candidate_ids, now()
    FROM (SELECT * FROM gold UNION ALL SELECT * FROM again) extra LIMIT 1
    RETURNING id, lease_token, lease_expires_at, target_id, candidate_ids, campaign_id
), put_back AS (
    UPDATE annotation_assignment
    SET state = 'open', annotator_id = NULL, lease_token = NULL, leased_at = NULL, lease_expires_at = NULL
    WHERE id = %(fresh_id)s AND annotator_id = %(me)s AND state = 'held' AND EXISTS (SELECT FROM made)
)
SELECT {_SHOWN}, false, 0, 0
FROM made a
JOIN photos_targetobject t ON t.id = a.target_id JOIN photos_photo p ON p.id = t.photo_id
JOIN annotation_campaign c ON c.id = a.campaign_id
"""  # noqa: S608
