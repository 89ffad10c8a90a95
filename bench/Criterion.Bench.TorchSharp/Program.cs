using Criterion.Bench;
using TorchSharp;

// LibTorch's side of bench/compare.py, through TorchSharp.
//   Criterion.Bench.TorchSharp THREADS                  serve
//   Criterion.Bench.TorchSharp THREADS once NAME STEPS  run one case in a fresh process
torch.set_num_threads(int.Parse(args[0]));
new Worker<torch.Tensor>(new TorchSharpSide()).Run(args[1..]);
