<?php
/*
 * Portico for EspoCRM: registers Portico (customer portals, external users, global sharing) in an EspoCRM.
 * Copyright (C) 2026 The Portico authors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * This program is free software: you can redistribute it and/or modify it under the terms of the GNU Affero General
 * Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any
 * later version. It is distributed WITHOUT ANY WARRANTY. See <https://www.gnu.org/licenses/>.
 */

namespace Espo\Modules\Portico;

use Espo\Core\Utils\Metadata;

/** Which entity types people work with: what EspoCRM calls objects, and the folders that objects stand in. */
class Scopes
{
    public function __construct(private Metadata $metadata) {}

    /** @return string[] */
    public function worked(): array
    {
        return array_filter(array_keys($this->metadata->get('scopes')), $this->isWorkedWith(...));
    }

    public function isWorkedWith(string $entityType): bool
    {
        return $this->metadata->get(['scopes', $entityType, 'object']) || $this->isFolder($entityType);
    }

    /** A record stands in one folder; categories, of which it may have several, are none. */
    public function isFolder(string $entityType): bool
    {
        $contents = $this->metadata->get(['scopes', $entityType, 'categoryParentEntityType']);
        $field = $this->metadata->get(['scopes', $entityType, 'categoryField']);

        return $contents && $field &&
            $this->metadata->get(['scopes', $contents, 'object']) &&
            $this->metadata->get(['entityDefs', $contents, 'fields', $field, 'type']) === 'link';
    }
}
