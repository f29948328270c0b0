"""What several parsers read alike. Begin with ``json_facts``: a JSON object and its values' places.

``model_files`` makes resources of the names of files, ``civitai_resources`` of CivitAI's entries;
``hashes`` and ``numbers`` say which values are hashes and numbers. Nothing here knows a generator.
"""
