"""Says a Proxy in Envoy's words: xDS resources as plain dicts in protobuf's JSON form.

The numbers that are AWS's (retries, timeouts, thresholds) come in with the nouns; here is only
what follows from a port's or an upstream's purpose. One file per kind of resource; this one is
their common face.
"""

from __future__ import annotations

from seaway.core.mesh.bootstrap import NODE_HEADER, bootstrap
from seaway.core.mesh.clusters import HEALTH_LOG, cluster, load_assignment, matched
from seaway.core.mesh.labels import labels_of, stat_name
from seaway.core.mesh.listeners import intercepting_listener, listener, name_table
from seaway.core.mesh.routes import route_configuration, upstream_names

__all__ = [
    "HEALTH_LOG",
    "NODE_HEADER",
    "bootstrap",
    "cluster",
    "intercepting_listener",
    "labels_of",
    "listener",
    "load_assignment",
    "matched",
    "name_table",
    "route_configuration",
    "stat_name",
    "upstream_names",
]
