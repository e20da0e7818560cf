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

use Espo\Core\Di\InjectableFactoryAware;
use Espo\Core\Di\InjectableFactorySetter;
use Espo\Core\Exceptions\Error;
use Espo\Entities\Template;
use Espo\Modules\Crm\Tools\Campaign\MailMergeGenerator;
use Espo\ORM\EntityCollection;

/** Letters to the members of target lists: to those that the user may see. */
class MailMerge extends MailMergeGenerator implements InjectableFactoryAware
{
    use InjectableFactorySetter;

    public function generate(
        EntityCollection $collection,
        Template $template,
        ?string $campaignId = null,
        ?string $name = null
    ): string {
        $seen = $this->injectableFactory->create(SeenOnes::class)->of($collection);

        if (!count($seen)) {
            throw new Error("No targets available for mail merge.");
        }

        return parent::generate($seen, $template, $campaignId, $name);
    }
}
