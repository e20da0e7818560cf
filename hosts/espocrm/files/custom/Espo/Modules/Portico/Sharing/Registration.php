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

use Espo\Core\Select\AccessControl\Filters\Mandatory;
use Espo\Core\Utils\Metadata\AdditionalBuilder;
use stdClass;

/**
 * Puts global sharing before every entity type that people work with, those made later in the Entity Manager included.
 * What EspoCRM or an extension has put there already is kept, and asked as well.
 */
class Registration implements AdditionalBuilder
{
    /** Where what was there before is kept: in aclDefs and in the map of filters. */
    public const KEPT = 'portico';

    /** What the signed-in user may do to a record, in records that leave EspoCRM; see Rights. */
    public const FIELD = 'porticoRights';

    /** They have rules of their own: who is in a conversation, what a file hangs on, who made an import. */
    public const OTHERS = ['Attachment', 'Email', 'Import', 'Note', 'Portal', 'User'];

    /** They are no objects, and are as visible as what this link of theirs leads to. */
    public const PARTS = [
        'CampaignLogRecord' => 'campaign',
        'CampaignTrackingUrl' => 'campaign',
        'EmailQueueItem' => 'massEmail',
        'MassEmail' => 'campaign',
    ];

    private const UNSEEN = [
        'type' => 'int',
        'notStorable' => true,
        'readOnly' => true,
        'utility' => true,
        'customizationDisabled' => true,
        'layoutAvailabilityList' => [],
        'directAccessDisabled' => true,
        'exportDisabled' => true,
        'importDisabled' => true,
        'massUpdateDisabled' => true,
    ];

    public function build(stdClass $data): void
    {
        foreach (get_object_vars($data->scopes) as $type => $scope) {
            if ($this->isShared($type, $scope)) {
                $this->register($data, $type);
            }
        }
    }

    private function isShared(string $type, stdClass $scope): bool
    {
        return ($scope->entity ?? false) &&
            (($scope->object ?? false) || isset(self::PARTS[$type])) &&
            !in_array($type, self::OTHERS);
    }

    private function register(stdClass $data, string $type): void
    {
        $filters = $this->in($this->in($this->in($data, 'selectDefs'), $type), 'accessControlFilterClassNameMap');
        $filters->{self::KEPT} = $filters->mandatory ?? Mandatory::class;
        $filters->mandatory = Filter::class;

        $acl = $this->in($this->in($data, 'aclDefs'), $type);
        $this->stepBefore($acl, 'accessCheckerClassName', AccessChecker::class);
        $this->stepBefore($acl, 'assignmentCheckerClassName', AssignmentChecker::class);

        $record = $this->in($this->in($data, 'recordDefs'), $type);
        $record->outputFilterClassNameList = [...$record->outputFilterClassNameList ?? [], Output::class];
        $record->listLoaderClassNameList = [...$record->listLoaderClassNameList ?? [], ListedNames::class];

        $fields = $this->in($this->in($this->in($data, 'entityDefs'), $type), 'fields');
        $fields->{self::FIELD} = (object) self::UNSEEN;
    }

    private function stepBefore(stdClass $acl, string $param, string $className): void
    {
        $acl->{self::KEPT . ucfirst($param)} = $acl->$param ?? null;
        $acl->$param = $className;
    }

    private function in(stdClass $data, string $key): stdClass
    {
        return $data->$key ??= (object) [];
    }
}
