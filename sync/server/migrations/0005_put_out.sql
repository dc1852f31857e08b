-- wiped_at: when the device's receipt came that its keys are destroyed; replaced_at: when another device took its place
ALTER TABLE device ADD COLUMN wiped_at timestamptz;
ALTER TABLE device ADD COLUMN replaced_at timestamptz;
