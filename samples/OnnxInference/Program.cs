using Criterion;
using Criterion.Formats;
using Criterion.Training;
using Microsoft.ML.OnnxRuntime;

// Draws 64 images from a generator that 'criterion export RUN --onnx generator.onnx' wrote. ONNX Runtime computes them.
string model = args.ElementAtOrDefault(0) ?? "generator.onnx";
string picture = args.ElementAtOrDefault(1) ?? "samples.png";

using InferenceSession session = new(model);
int[] sizes = [64, .. session.InputMetadata["input"].Dimensions[1..]];
float[] latents = Tensor.Randn(sizes, random: new RandomStream(0)).ToArray<float>();
using OrtValue input = OrtValue.CreateTensorValueFromMemory(latents, Array.ConvertAll(sizes, Convert.ToInt64));
using RunOptions options = new();
using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, ["input"], [input], ["output"]);
int[] shape = Array.ConvertAll(results[0].GetTensorTypeAndShape().Shape, Convert.ToInt32);
Tensor images = Tensor.From(results[0].GetTensorDataAsSpan<float>(), shape);

Png.Write(picture, ImageGrid.Compose(images));
Console.WriteLine($"{images.Shape[0]} images of {images.Shape[2]}x{images.Shape[3]} in {picture}");
