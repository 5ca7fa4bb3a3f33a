/* Tells the page around the frame that Selon is there. */
parent.postMessage("selon:ready", "*");
