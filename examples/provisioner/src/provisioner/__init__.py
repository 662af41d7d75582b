"""Sells hosted instances of an application, and keeps each of them on Kubernetes.

``api`` takes the requests, ``worker`` does the work, and PostgreSQL lies between them: what a
request decides is written together with the job that will carry it out.
"""

from __future__ import annotations
