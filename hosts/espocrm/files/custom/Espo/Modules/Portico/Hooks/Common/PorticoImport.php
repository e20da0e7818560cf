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

namespace Espo\Modules\Portico\Hooks\Common;

use Espo\Core\Acl;
use Espo\Core\AclManager;
use Espo\Core\ApplicationState;
use Espo\Core\Binding\BindingContainerBuilder;
use Espo\Core\Exceptions\Forbidden;
use Espo\Core\Hook\Hook\BeforeSave;
use Espo\Core\InjectableFactory;
use Espo\Core\ORM\Repository\Option\SaveOption;
use Espo\Core\Record\Access\LinkCheck;
use Espo\Entities\User;
use Espo\Modules\Portico\Sharing\Importing;
use Espo\Modules\Portico\Sharing\Registration;
use Espo\Modules\Portico\Sharing\Rights;
use Espo\ORM\Entity;
use Espo\ORM\Repository\Option\SaveOptions;

/** EspoCRM asks of what a form links what it does not ask of an import: here it is asked. A row that is refused counts as an error. */
class PorticoImport implements BeforeSave
{
    public static int $order = 1;

    public function __construct(
        private ApplicationState $state,
        private AclManager $aclManager,
        private InjectableFactory $injectableFactory,
        private Rights $porticoRights,
    ) {}

    public function beforeSave(Entity $entity, SaveOptions $options): void
    {
        $importer = $options->get(SaveOption::IMPORT) ? $this->importer() : null;

        if (!$importer || !$this->porticoRights->govern($importer)) {
            return;
        }

        if (in_array($entity->getEntityType(), Registration::OTHERS, true)) {
            throw new Forbidden("Portico: {$entity->getEntityType()} is not for imports.");
        }

        $this->linkCheckFor($importer)->processFields($entity);
    }

    private function importer(): ?User
    {
        return Importing::importer() ?? ($this->state->hasUser() ? $this->state->getUser() : null);
    }

    private function linkCheckFor(User $user): LinkCheck
    {
        return $this->injectableFactory->createWithBinding(
            LinkCheck::class,
            BindingContainerBuilder::create()
                ->bindInstance(Acl::class, $this->aclManager->createUserAcl($user))
                ->bindInstance(User::class, $user)
                ->build()
        );
    }
}
