"""The text of the last tab."""

METHOD = """
## How a picture is made

A disease is a **profile**: the signs it shows on a face, each with how many people with the disease have it,
and who says so. Most come from the Human Phenotype Ontology; where it is silent, from a curated list with citations.

Each sign is drawn on its own by an operator that works in **centimetres of a face model** posed with the head,
so that one recipe fits every face, size and tilt. Shape is a smooth warp of the photo; lids, shade, pigment and
lesions each have a way of their own. No picture is made up by a generative model: every pixel comes from the photo.

**Severity** 0 is the photo itself, unchanged to the last bit. 1 is the marked end of what is published for each
sign. In between, each sign follows its own onset: a strip shows a course, not one fade.

**Frequency is not strength.** That most people with a disease have a sign says nothing about how strong it is. A
*typical* presentation shows the signs that most have; a *sampled* one draws each by its frequency, so that two seeds
show two people with one disease. Where no source says how strong the signs of a face are and there are many, all
of them are drawn weaker together, since nobody has each at its marked end; the report says by how much.

## How it is read back

*Asked* is what the profile and the severity want. *Drawn* is what the engine really did, after limits. *Read back* is
measured in the finished picture and the photo alone, without knowing what was asked. The three are never mixed.
What cannot be read from a frontal photo, the depth of a nasal bridge for one, says so and has no number.

## Comparing and learning

**Compare** draws two diseases, two severities or two engines on one face with one seed, and lists the signs that
differ. **Eight people** are eight seeds of a sampled presentation: how much people with one disease differ.

**Teach** draws on synthetic heads alone. Harder questions draw less and offer diseases or signs that are nearer to the
answer. A question follows from its number, so that a class can be given the same ones. A face shows a part of a
disease at best: whoever recognises a drawn one has learned what the sources say, not how to make a diagnosis.

## What it is not

- **No diagnostic device.** It must not be used to find, rule out or follow a disease in a person.
- Profiles are averages of reports. People with a disease differ, many show no sign at all, and reports over-represent
  some ancestries, ages and severe courses.
- Colour signs are fainter on dark skin and depend on light and camera; the scores say how much could be read.
- Signs that are seen from the side, in movement, in the mouth or in the hair are listed, not drawn.
- Strong edits can move the identity score; it is shown so that this does not go unnoticed.

## Respect

A face belongs to a person. Use photos with consent, say that a picture is synthetic wherever you show it, and do
not use it to mock or to single out people with a disease. Each saved picture carries a mark as a synthetic composite
and its own report.
"""
