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

use Espo\Core\Action\Actions\Merge\Merger;
use Espo\Core\Binding\Binder;
use Espo\Core\Binding\BindingProcessor;
use Espo\Modules\Crm\Tools\Campaign\MailMergeGenerator;
use Espo\Modules\Portico\Sharing\EmailTemplates;
use Espo\Modules\Portico\Sharing\Imports;
use Espo\Modules\Portico\Sharing\ImportService as CheckedImports;
use Espo\Modules\Portico\Sharing\MailMerge;
use Espo\Modules\Portico\Sharing\Merging;
use Espo\Modules\Portico\Sharing\NoteAccess;
use Espo\Tools\EmailTemplate\Processor;
use Espo\Tools\Import\ImportFactory;
use Espo\Tools\Import\Service as ImportService;
use Espo\Tools\Stream\NoteAccessControl;

/** Where EspoCRM asks a class of its own and no definition can name another: here ours takes its place. */
class Binding implements BindingProcessor
{
    public function process(Binder $binder): void
    {
        $binder
            ->bindImplementation(NoteAccessControl::class, NoteAccess::class)
            ->bindImplementation(Processor::class, EmailTemplates::class)
            ->bindImplementation(ImportFactory::class, Imports::class)
            ->bindImplementation(ImportService::class, CheckedImports::class)
            ->bindImplementation(Merger::class, Merging::class)
            ->bindImplementation(MailMergeGenerator::class, MailMerge::class);
    }
}
