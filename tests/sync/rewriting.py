"""The hand of somebody who may change every row of the server's tables, and knows how the program makes them."""

from __future__ import annotations

from app.notebook import tree
from sync.server.database import Connection
from sync.server.push import added
from sync.wire import signing


def made_anew(connection: Connection, org: str) -> int:
    """Leaves, digests, tree, cases, counter and the heads of devices, as they follow from the entries that are there:
    all that needs no key. Returns the size of the tree."""
    run = connection.execute
    rows = run(
        "SELECT number, case_id, hash, received_at, device_id, first, count FROM entry WHERE org_id = %s"
        " ORDER BY number",
        (org,),
    ).fetchall()
    digests: dict[str, bytes] = {}
    leaves: list[bytes] = []
    ends: dict[str, tuple[int, str]] = {}
    run("UPDATE entry SET leaf = -leaf - 1 WHERE org_id = %s", (org,))
    run("DELETE FROM node WHERE org_id = %s", (org,))
    for leaf, (number, case, own, received, device, first, count) in enumerate(rows):
        digests[case] = added(digests.get(case, bytes(32)), own)
        run(
            "UPDATE entry SET leaf = %s, digest = %s WHERE org_id = %s AND number = %s",
            (leaf, digests[case], org, number),
        )
        run(
            "UPDATE held_case SET digest = %s, number = %s WHERE org_id = %s AND case_id = %s",
            (digests[case], number, org, case),
        )
        leaves.append(tree.leaf(signing.leaf_bytes(number, own, received)))
        if first + count > ends.get(device, (0, ""))[0]:
            ends[device] = (first + count - 1, own)
    nodes = tree.new_nodes(0, leaves, lambda *_: b"")
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO node VALUES (%s, %s, %s, %s)", [(org, *place, own) for place, own in nodes.items()]
        )
    run("UPDATE counter SET leaves = %s WHERE org_id = %s", (len(leaves), org))
    for device, (last, own) in ends.items():
        run("UPDATE device SET last = %s, hash = %s WHERE org_id = %s AND device_id = %s", (last, own, org, device))
    return len(leaves)
