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

namespace Espo\Modules\Portico\Api;

use Espo\Core\Api\Action;
use Espo\Core\Api\Request;
use Espo\Core\Api\Response;
use Espo\Core\Api\ResponseComposer;
use Espo\Core\Exceptions\BadRequest;
use Espo\Core\Utils\Config;
use Espo\Core\Utils\Language\LanguageFactory;
use Espo\Core\Utils\Metadata;
use Espo\Core\Utils\Metadata\OrmMetadataData;
use Espo\Modules\Portico\Caller;
use Espo\Modules\Portico\Scopes;
use Espo\Modules\Portico\Stamp;
use Espo\Tools\Layout\LayoutProvider;

/** All definitions at once, uncut by ACL: entity types, fields, storage, layouts, labels in the languages asked for. */
class GetMetadata implements Action
{
    private const SETTINGS = [
        'siteUrl',
        'timeZone',
        'language',
        'dateFormat',
        'timeFormat',
        'defaultCurrency',
        'currencyList',
    ];

    public function __construct(
        private Caller $caller,
        private Stamp $stamp,
        private Scopes $scopes,
        private Config $config,
        private Metadata $metadata,
        private OrmMetadataData $ormMetadata,
        private LanguageFactory $languageFactory,
        private LayoutProvider $layoutProvider,
    ) {}

    public function process(Request $request): Response
    {
        $this->caller->mustBeServiceOrAdministrator();

        $types = $this->scopes->worked();
        $settings = array_map(fn ($name) => $this->config->get($name), self::SETTINGS);

        return ResponseComposer::json($this->stamp->values() + [
            'entityDefs' => $this->metadata->get('entityDefs'),
            'scopes' => $this->metadata->get('scopes'),
            'fields' => $this->metadata->get('fields'),
            'orm' => $this->ormMetadata->getData(),
            'layouts' => $this->layouts($types),
            'i18n' => $this->labels($this->languages($request), $types),
            'settings' => array_combine(self::SETTINGS, $settings),
        ]);
    }

    /**
     * @return string[]
     * @throws BadRequest
     */
    private function languages(Request $request): array
    {
        $languages = explode(',', $request->getQueryParam('languages') ?? 'en_US');

        foreach ($languages as $language) {
            if (!preg_match('/^[a-z]{2}_[A-Z]{2}$/', $language)) {
                throw new BadRequest("There is no such language.");
            }
        }

        return $languages;
    }

    /**
     * @param string[] $types
     * @return array<string, array<string, mixed>>
     */
    private function layouts(array $types): array
    {
        $layouts = [];

        foreach ($types as $type) {
            foreach (['list', 'detail', 'listPortal', 'detailPortal'] as $name) {
                $layouts[$type][$name] = json_decode($this->layoutProvider->get($type, $name) ?? 'null');
            }
        }

        return $layouts;
    }

    /**
     * @param string[] $languages
     * @param string[] $types
     * @return array<string, array<string, mixed>>
     */
    private function labels(array $languages, array $types): array
    {
        $wanted = array_flip([...$types, 'User', 'Global']);
        $labels = [];

        foreach ($languages as $language) {
            $labels[$language] = array_intersect_key($this->languageFactory->create($language)->getAll(), $wanted);
        }

        return $labels;
    }
}
