using Criterion;
using Criterion.Bench;

// Criterion's side of bench/compare.py.
//   Criterion.Bench THREADS                  serve
//   Criterion.Bench THREADS once NAME STEPS  run one case in a fresh process
Compute.Threads = int.Parse(args[0]);
new Worker<Tensor>(new CriterionSide()).Run(args[1..]);
