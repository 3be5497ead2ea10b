/** Paths of the icons, on a 24 × 24 field, drawn with a stroke of 2. */
export const icons = {
  loud: "M4 9v6h3l8 4V5L7 9H4zM18 9a4 4 0 0 1 0 6M9 15l1 5",
  booth: "M4 10V20h16V10M3 10l2-6h14l2 6a3 3 0 0 1-6 0 3 3 0 0 1-6 0 3 3 0 0 1-6 0zM10 20v-5h4v5",
  card: "M3 6h18v12H3zM13 10h5M13 14h3M8 14.5l-2.300-2.300a1.500 1.500 0 0 1 2.300-2 1.500 1.500 0 0 1 2.300 2z",
  more: "M5 12h14M12 5v14",
  again: "M4 12a8 8 0 0 1 14-5l2 2M20 4v5h-5M20 12a8 8 0 0 1-14 5l-2-2M4 20v-5h5",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  list: "M9 6h11M9 12h11M9 18h11M4 6h1M4 12h1M4 18h1",
  out: "M12 16V4M7 9l5-5 5 5M5 14v6h14v-6",
  person: "M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5 21c0-4 3-7 7-7s7 3 7 7",
  back: "M15 5l-7 7 7 7",
  forward: "M9 5l7 7-7 7",
  camera: "M4 8h4l2-3h4l2 3h4v11H4zM12 16.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 2-2 5 5M15 9.500h.01",
  check: "M5 12.500l4.500 4.500L19 7.500",
  warn: "M12 4l9 16H3zM12 10v4M12 17h.01",
  phone: "M8 3h8v18H8zM11 18h2",
  returned: "M9 14l-5-5 5-5M4 9h10a6 6 0 0 1 0 12h-3",
  remove: "M6 6l12 12M18 6L6 18",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2",
  signal: "M5 19v-3M10 19v-7M15 19V9M20 19V5",
  storage: "M4 5h16v6H4zM4 13h16v6H4zM7 8h.01M7 16h.01",
  mail: "M4 6h16v12H4zM4 7l8 6 8-6",
  minus: "M6 12h12",
  plus: "M6 12h12M12 6v12",
  qr: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2z",
  place:
    "M12 21s7-6 7-11a7 7 0 0 0-14 0c0 5 7 11 7 11zM12 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z",
} as const;

export type IconName = keyof typeof icons;
