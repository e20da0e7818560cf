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

use Espo\Core\Utils\Metadata\AdditionalBuilder;
use stdClass;

/**
 * Lets activities and e-mails belong to projects. In JSON it would be lost wherever an administrator has chosen parents,
 * or made an entity type with activities: then EspoCRM keeps a list of its own.
 */
class ProjectParents implements AdditionalBuilder
{
    private const PROJECT = 'PorticoProject';
    private const CHILDREN = ['Task', 'Call', 'Meeting', 'Email'];

    public function build(stdClass $data): void
    {
        foreach (self::CHILDREN as $type) {
            $parent = $data->entityDefs->$type->fields->parent ?? null;

            // Without a list every entity type may be one.
            if (isset($parent->entityList) && !in_array(self::PROJECT, $parent->entityList)) {
                $parent->entityList[] = self::PROJECT;
            }
        }
    }
}
