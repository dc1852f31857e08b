-- As whom the provider names an officer who signs in; nobody enrols a laptop as somebody who is not here.
ALTER TABLE officer ADD COLUMN signs_in_as text COLLATE "C";
CREATE UNIQUE INDEX officer_signs_in_as ON officer (org_id, signs_in_as) WHERE signs_in_as IS NOT NULL;
