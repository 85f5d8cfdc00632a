"""The release of this project: in every manifest, and at the foot of every report."""

RELEASE = "0.2.0"
