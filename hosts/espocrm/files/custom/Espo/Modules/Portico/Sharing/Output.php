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

namespace Espo\Modules\Portico\Sharing;

use Espo\Core\Record\Output\Filter as OutputFilter;
use Espo\Entities\User;
use Espo\ORM\Entity;

/**
 * Says with each record what the user may do to it, so that EspoCRM's pages show the buttons for that alone, and keeps the
 * names of records that he may not see to itself.
 *
 * @implements OutputFilter<Entity>
 */
class Output implements OutputFilter
{
    /** Added up. */
    private const MAY_EDIT = 2;
    private const MAY_DELETE = 4;

    public function __construct(
        private User $user,
        private Rights $porticoRights,
        private Names $names,
    ) {}

    public function filter(Entity $entity): void
    {
        if (!$this->porticoRights->govern($this->user) || !$this->porticoRights->isShared($entity->getEntityType())) {
            return;
        }

        $rights =
            ($this->porticoRights->let($this->user, $entity, Rights::EDIT) ? self::MAY_EDIT : 0) +
            ($this->porticoRights->let($this->user, $entity, Rights::DELETE) ? self::MAY_DELETE : 0);

        Names::say($entity, Registration::FIELD, $rights);
        $this->names->hide($this->user, $entity);
    }
}
