/*
Package report tells what a run of the benchmark has found: the numbers of every round as JSON, and tables of medians as ratios with the
floor of the same rounds, as Markdown. It measures nothing, and knows neither the servers nor the workloads but by their names.
*/
package report
