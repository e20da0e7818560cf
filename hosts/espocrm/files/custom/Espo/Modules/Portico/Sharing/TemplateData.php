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

use Espo\Core\Acl;
use Espo\Core\Entities\Person;
use Espo\Core\Record\ServiceContainer;
use Espo\Core\Templates\Entities\Person as PersonTemplate;
use Espo\Entities\EmailAddress;
use Espo\Entities\User;
use Espo\Modules\Crm\Entities\Account;
use Espo\Modules\Crm\Entities\Contact;
use Espo\Modules\Crm\Entities\Lead;
use Espo\ORM\Entity;
use Espo\ORM\EntityManager;
use Espo\Repositories\EmailAddress as EmailAddressRepository;
use Espo\Tools\EmailTemplate\Data;

/** What an e-mail template is filled with, read here so that EspoCRM finds nothing by itself that the user may not see. */
class TemplateData
{
    /** In EspoCRM's order. */
    private const ADDRESSED = [Contact::ENTITY_TYPE, Lead::ENTITY_TYPE, Account::ENTITY_TYPE, User::ENTITY_TYPE];

    public function __construct(
        private User $user,
        private Acl $acl,
        private EntityManager $entityManager,
        private ServiceContainer $serviceContainer,
        private Rights $porticoRights,
        private Names $names,
    ) {}

    public function narrow(Data $data): Data
    {
        if (!$this->porticoRights->govern($this->user)) {
            return $data;
        }

        $addressed = $this->addressed($data->getEmailAddress());
        $related = $this->read($data->getRelatedType(), $data->getRelatedId());
        $parent = $data->getParent() ?? $this->read($data->getParentType(), $data->getParentId());

        $entities = $data->getEntityHash() + ($addressed ? [$addressed->getEntityType() => $addressed] : []);
        $person = $addressed instanceof Person ? [PersonTemplate::TEMPLATE_TYPE => $addressed] : [];

        return $data
            ->withEntityHash([...$entities, ...$person, ...($related ? [$related->getEntityType() => $related] : [])])
            ->withEmailAddress(null)
            ->withRelatedId(null)
            ->withParentId(null)
            ->withParent($parent);
    }

    private function addressed(?string $address): ?Entity
    {
        /** @var EmailAddressRepository $repository */
        $repository = $this->entityManager->getRepository(EmailAddress::ENTITY_TYPE);
        $found = $address ? $repository->getEntityByAddress($address, null, self::ADDRESSED) : null;

        if (!$found || !$this->porticoRights->sees($this->user, $found->getEntityType(), $found->getId())) {
            return null;
        }

        $this->names->hide($this->user, $found);

        return $found;
    }

    private function read(?string $entityType, ?string $id): ?Entity
    {
        $entity = $entityType && $id ? $this->entityManager->getEntityById($entityType, $id) : null;

        if (!$entity || !$this->acl->checkEntityRead($entity)) {
            return null;
        }

        $this->serviceContainer->get($entityType)->loadAdditionalFields($entity);
        $this->names->hide($this->user, $entity);

        return $entity;
    }
}
