// The time, anew every second, for what counts down.

import { useEffect, useState } from "../lib.js";

export function useNow(isRunning) {
  const [now, tell] = useState(Date.now());
  useEffect(() => {
    if (!isRunning) return;
    tell(Date.now());
    const timer = setInterval(() => tell(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}
