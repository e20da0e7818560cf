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

use Espo\Core\Htmlizer\Htmlizer;
use Espo\Core\ORM\Entity as CoreEntity;
use Espo\Entities\User;
use Espo\ORM\Entity;
use Espo\ORM\EntityManager;

/**
 * EspoCRM asks who may see them of all linked records but those of link-multiple fields. So it is given a record whose links
 * to what is not seen whole are no such fields.
 */
class FilledTemplate extends Htmlizer
{
    private User $reader;
    private Names $names;
    private EntityManager $entities;

    public function fillFor(User $reader, Names $names, EntityManager $entities): self
    {
        $this->reader = $reader;
        $this->names = $names;
        $this->entities = $entities;

        return $this;
    }

    public function render(
        ?Entity $entity,
        string $template,
        ?string $cacheId = null,
        ?array $additionalData = null,
        bool $skipLinks = false,
        bool $skipInlineAttachmentHandling = false
    ): string {
        $shown = $entity ? $this->shown($entity) : null;

        return parent::render($shown, $template, $cacheId, $additionalData, $skipLinks, $skipInlineAttachmentHandling);
    }

    private function shown(Entity $entity): Entity
    {
        $type = $entity->getEntityType();
        $defs = $this->entities->getMetadata()->get($type);

        foreach (array_keys($this->names->linksOf($this->reader, $type)) as $link) {
            unset($defs['attributes']["{$link}Ids"]['isLinkMultipleIdList']);
        }

        $shown = new CoreEntity($type, $defs, $this->entities);
        $shown->setMultiple($entity->getValueMap());
        $shown->setAsFetched();
        $shown->setAsNotNew();
        $this->names->hide($this->reader, $shown);

        return $shown;
    }
}
