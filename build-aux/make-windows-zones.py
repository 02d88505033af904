#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Print the rows of src/lib-pim/pim-windows-zones.def from CLDR's windowsZones.xml (Debian: unicode-cldr-core)."""
import sys
import xml.etree.ElementTree

DEFAULT = '/usr/share/unicode/cldr/common/supplemental/windowsZones.xml'


def main():
    main_zone, others = {}, {}
    tree = xml.etree.ElementTree.parse(sys.argv[1] if len(sys.argv) > 1 else DEFAULT)
    for row in tree.iter('mapZone'):
        name, zones = row.get('other'), row.get('type').split()
        if row.get('territory') == '001':
            main_zone[name] = zones[0]
        else:
            seen = others.setdefault(name, [])
            seen += [zone for zone in zones if zone not in seen]
    for name, zone in main_zone.items():
        rest = ' '.join(other for other in others.get(name, []) if other != zone)
        print(f'PIM_WINDOWS_ZONE("{name}", "{zone}", "{rest}")')


main()
