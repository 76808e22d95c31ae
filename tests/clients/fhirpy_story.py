import os
import uuid

from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import OperationOutcome, ResourceNotFound

SYSTEM = "urn:casewire:client"
RUN = f"fhirpy-{uuid.uuid4()}"
client = SyncFHIRClient(os.environ["CLIENT_BASE"], authorization=f"Bearer {os.environ['CLIENT_TOKEN']}")


def patient(family, **more):
    return client.resource(
        "Patient",
        identifier=[{"system": SYSTEM, "value": f"{RUN}-{family}"}],
        name=[{"family": family}],
        meta={"tag": [{"system": SYSTEM, "code": RUN}]},
        **more,
    )


for family in ["A", "B", "C"]:
    made = patient(family)
    made.save()
    assert made.id

found = list(client.resources("Patient").search(_tag=f"{SYSTEM}|{RUN}").limit(1))
assert len({one.id for one in found}) == 3, found

answer = client.execute(
    "",
    method="post",
    data={
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a",
                "resource": {"resourceType": "Patient", "name": [{"family": "T"}]},
                "request": {"method": "POST", "url": "Patient"},
            },
            {
                "resource": {
                    "resourceType": "Observation",
                    "status": "final",
                    "code": {"text": "x"},
                    "subject": {"reference": "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"},
                },
                "request": {"method": "POST", "url": "Observation"},
            },
        ],
    },
)
assert [entry["response"]["status"][:3] for entry in answer["entry"]] == ["201", "201"], answer

updated, created = client.resources("Patient").search(identifier=f"{SYSTEM}|{RUN}-A").update(
    patient("A", gender="female")
)
assert not created
assert updated["gender"] == "female"
assert updated.id in {one.id for one in found}

updated.delete()
try:
    client.reference("Patient", updated.id).to_resource()
    raise SystemExit("a deleted patient was read")
except (OperationOutcome, ResourceNotFound):
    pass
