using System.Diagnostics;
using Criterion;
using Criterion.Formats;
using Criterion.Nn;
using Criterion.Training;

// dotnet publish -c Release -r linux-x64 -p:PublishAot=true -p:IlcInstructionSet=native
// makes one native file that starts in milliseconds: NativeAot RUN/generator.safetensors images.png
if (args is not [var weights, var picture])
{
    Console.Error.WriteLine("usage: NativeAot GENERATOR.safetensors PICTURE.png");
    return 2;
}

if (Compute.VectorAdvice is { } advice)
{
    Console.Error.WriteLine($"warning: {advice}");
}

(GanNetworks network, Sequential generator) = GeneratorFile.Read(weights);
generator.Eval();
using var inference = Autograd.NoGrad();
Png.Write(picture, network.Picture(generator.Forward(network.Latents(16, new RandomStream(0)))));
double started = (DateTime.Now - Process.GetCurrentProcess().StartTime).TotalMilliseconds;

const int Batch = 64;
long images = 0;
var watch = Stopwatch.StartNew();
for (ulong seed = 1; watch.Elapsed.TotalSeconds < 1; seed++)
{
    using TensorScope scope = new();
    images += generator.Forward(network.Latents(Batch, new RandomStream(seed))).Shape[0];
}

Console.WriteLine($"first picture after {started:0} ms, then {images / watch.Elapsed.TotalSeconds:0} images per second");
return 0;
