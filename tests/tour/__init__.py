"""``./lms tour --out DIR``: the real application, driven offscreen by real clicks through the main job, with pictures of what was seen."""
